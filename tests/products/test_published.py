import hashlib

import pytest

from insurance.products.catalogue import HERE, product_files

# A published file is never edited: terms were frozen from it, families agreed to it. Put a new version into a new file,
# and add its hash here.
PUBLISHED = {
    "changsha-2024-plan-1.yaml": "a6726c5530ba2e29b32f96c788b7c5d3e6356b226577ea470ca98611fd8cac55",
    "changsha-2024-plan-2.yaml": "44598e53178de5204a77b2dbc28d569f9186477dff532f48aaed999cdf53f33c",
    "changsha-2024-plan-3.yaml": "ce73b37785f6c76c71604cd4986d645e3eeeefb9ce68cd445a7c2ee329bf253b",
    "changsha-2024-plan-4.yaml": "94234ebb7c46d54ded9ffab2f4a3cfa5177f88e1d7b86bdd189ea4cbd0ad95d5",
    "jiangxi-extra.yaml": "2b69502818f31491be903f002eee368e54f158b5fc013789a6f3a45180e000e1",
    "jiangxi-plus.yaml": "7ca9406ee758199164ba1423a74fe912338418ab8c9ebf53c588a2147ef119ff",
    "consents/account-data-1.md": "31189c5b413da2ba176c902f492e5c7249ccc6175506778cc34e12baccf756e9",
    "consents/child-data-1.md": "84b3297a9cb4da05a93e9a6fb83a00caa80bfe765652acb37326cf88569d32ad",
    "consents/insured-consent-1.md": "9ca6384860f356049485c6bd0e4926208ec0ed5d47c96d775729ab0923e0b81c",
    "consents/school-feedback-1.md": "2fd5039d850a47c023b2e41b52fa82deaca5e69dc38e55a3817746ad3177bb5d",
    "consents/share-with-insurer-1.md": "ee4e16bf89c4e5eff001b1265ebb9b835278813557439b58c6ab439479d1bf37",
    "documents/before-you-buy.md": "1d6d2c91966417d82e3d6eee2dd3e6051494177a7ff00c1e0e760e3637d3d573",
    "documents/clauses-changsha-2024.md": "29a52fbd7545009caec7ade863e90d378d247b498479ac074c1559a6d09c169a",
    "documents/clauses-jiangxi-extra.md": "7be5e1f68a004cf13171a0a08968450d156c22aa9c9a16e196474ca8d9fd556f",
    "documents/clauses-jiangxi-plus.md": "c85d88d93988638428c7f0964bcc17d11bccc7a3c1b636f88349ab24e4aafb41",
    "documents/company-ganpo.md": "2a78d02942f24b7b3738bb7a9537ac9b58745cc193f127a9e0fb1537a68bf008",
    "documents/company-xiangjiang.md": "e36606bcfa83e0d75a63809e0a9487b3835c8365198d7ce9654c564fa538f560",
    "documents/declaration.md": "b642f1610f33d88fc85e86d0baa74a8f57304bd934ccd5b629f97f5cd94a04b8",
    "documents/exclusions.md": "5f94f70f20d98e28988bda70851f8dbc8c7fbf6415697e41e85e042a30894bdf",
    "documents/information-sharing.md": "61882810363e95799bb97e5c91756181b845406bb4d7e20902153fd39570000f",
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_file_never_changes(name):
    assert hashlib.sha256((HERE / name).read_bytes()).hexdigest() == PUBLISHED[name]


def test_every_product_and_document_is_published_with_its_hash():
    files = [*product_files(HERE), *(HERE / "documents").glob("*.md"), *(HERE / "consents").glob("*.md")]
    assert {str(file.relative_to(HERE)) for file in files} == set(PUBLISHED)
