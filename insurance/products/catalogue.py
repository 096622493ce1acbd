"""The catalogue (产品目录): insurers, products and their documents, as they were published. Read once, then frozen."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TypeVar

from insurance.products.reading import Problem, ProductDataInvalid, parse_yaml, read_text, read_yaml, validate
from insurance.products.schema import DocumentHead, InsurersFile, ProductFile
from insurance.products.terms_file import problems_of, to_terms
from insurance.rules.codes import ASKED_CONSENTS
from insurance.rules.terms import ProductTerms

HERE = Path(__file__).parent
CONSENTS_WITH_TEXTS = (*ASKED_CONSENTS, "insured_consent", "account_data")
Value = TypeVar("Value")


class UnknownProduct(LookupError):
    """No product of that id (and version) was ever published."""


@dataclass(frozen=True)
class Insurer:
    """An insurance company as families meet it. `region` is the 6-digit code of the province it serves. `answer_working_days`: how
    soon it answers a message (工作日)."""

    code: str
    name: str
    province: str
    region: str
    hotline: str
    hours: str
    answer_working_days: int = 1


@dataclass(frozen=True)
class Document:
    """A text that must be read and agreed to before buying (guide lines 83-85). `sha256` is of `text` in UTF-8."""

    document_id: str
    title: str
    version: str
    sha256: str
    text: str


@dataclass(frozen=True)
class Catalogue:
    """`products` holds every version of every product, oldest first."""

    insurers: tuple[Insurer, ...]
    products: tuple[ProductTerms, ...]
    texts: tuple[Document, ...]
    # every version of every question of consent as each insurer asks it, oldest first
    consents: tuple[Document, ...] = ()

    def insurer(self, code: str) -> Insurer | None:
        return next((insurer for insurer in self.insurers if insurer.code == code), None)

    def product(self, product_id: str, version: str | None = None) -> ProductTerms:
        """That version, or the newest one. Raises `UnknownProduct`."""
        found = [p for p in self.products if p.product_id == product_id and version in (None, p.version)]
        if not found:
            raise UnknownProduct(product_id)
        return found[-1]

    def on_sale(self, day: date) -> tuple[ProductTerms, ...]:
        """The version of each product that is sold on that day, by product id."""
        current = {p.product_id: p for p in self.products if p.sold_from <= day}
        return tuple(current[product_id] for product_id in sorted(current))

    def documents(self, product_id: str, version: str | None = None) -> tuple[Document, ...]:
        """What must be agreed to before buying that product, in reading order. Raises `UnknownProduct`."""
        wanted = self.product(product_id, version).document_ids
        return tuple(next(text for text in self.texts if text.document_id == document_id) for document_id in wanted)

    def consent(self, kind: str, insurer_code: str) -> Document | None:
        """The question (`title`) and text with which that insurer asks for a consent now."""
        asked = [text for text in self.consents if text.document_id == _consent_id(kind, insurer_code)]
        return asked[-1] if asked else None


@cache
def load_catalogue(folder: Path = HERE) -> Catalogue:
    """Everything under `folder`, checked. Raises `ProductDataInvalid` with all problems at once."""
    problems: list[Problem] = []
    insurers = _gather(problems, [folder / "insurers.yaml"], _read_insurers)
    products = _gather(problems, product_files(folder), read_product)
    texts = _gather(problems, sorted((folder / "documents").glob("*.md")), _read_document)
    consents = _gather(problems, _by_version((folder / "consents").glob("*.md")), _read_document)
    everybody = tuple(insurer for group in insurers for insurer in group)
    catalogue = Catalogue(
        insurers=everybody,
        products=tuple(sorted(products, key=lambda p: (p.sold_from, p.version, p.product_id))),
        texts=tuple(texts),
        consents=tuple(_asked_by(insurer, text) for insurer in everybody for text in consents),
    )
    problems += _unresolved(catalogue)
    if problems:
        raise ProductDataInvalid(problems)
    return catalogue


def _by_version(files: Iterable[Path]) -> list[Path]:
    return sorted(files, key=lambda file: (len(file.stem), file.stem))


def product_files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.glob("*.yaml") if file.name != "insurers.yaml")


def read_product(file: Path) -> ProductTerms:
    """One product file. Raises `ProductDataInvalid`."""
    product = read_yaml(file, ProductFile)
    problems = problems_of(file.name, product)
    if not file.stem.startswith(product.product_id):
        problems.append(Problem(file.name, "product_id", "文件名须以产品编号开头"))
    if problems:
        raise ProductDataInvalid(problems)
    return to_terms(product)


def _read_insurers(file: Path) -> tuple[Insurer, ...]:
    return tuple(Insurer(**insurer.model_dump()) for insurer in read_yaml(file, InsurersFile).insurers)


def _consent_id(kind: str, insurer_code: str) -> str:
    return f"consent-{kind.replace('_', '-')}-{insurer_code}"


def _asked_by(insurer: Insurer, text: Document) -> Document:
    """`text` is of a file named by kind and version; the hash covers the insurer's name in it (个人信息保护法 23: to whom)."""
    filled = text.text.replace("{insurer}", insurer.name)
    return Document(
        document_id=_consent_id(text.document_id.rpartition("-")[0], insurer.code),
        title=text.title.replace("{insurer}", insurer.name),
        version=text.version,
        sha256=hashlib.sha256(filled.encode()).hexdigest(),
        text=filled,
    )


def _read_document(file: Path) -> Document:
    """A Markdown text under a YAML head; the hash covers what the family reads, not the head."""
    parts = read_text(file).split("---\n", 2)
    if len(parts) != 3 or parts[0]:
        raise ProductDataInvalid([Problem(file.name, "", "开头须是两行 --- 之间的 id、title、version")])
    head, text = validate(file.name, parse_yaml(file.name, parts[1]), DocumentHead), parts[2].strip() + "\n"
    if file.stem != head.id:
        raise ProductDataInvalid([Problem(file.name, "id", "须与文件名相同")])
    return Document(head.id, head.title, head.version, hashlib.sha256(text.encode()).hexdigest(), text)


def _unresolved(catalogue: Catalogue) -> Iterable[Problem]:
    """References from products to insurers and documents, and versions that stand twice."""
    for insurer in catalogue.insurers:
        for kind in CONSENTS_WITH_TEXTS:
            if catalogue.consent(kind, insurer.code) is None:
                yield Problem("consents", kind, f"consents 里没有 {kind.replace('_', '-')}-1.md")
    codes, ids = {i.code for i in catalogue.insurers}, {t.document_id for t in catalogue.texts}
    keys = [(p.product_id, p.version) for p in catalogue.products]
    for product in catalogue.products:
        if product.insurer_code not in codes:
            yield Problem(product.product_id, "insurer", f"insurers.yaml 里没有 {product.insurer_code}")
        for document_id in product.document_ids:
            if document_id not in ids:
                yield Problem(product.product_id, "documents", f"documents 里没有 {document_id}.md")
        if keys.count((product.product_id, product.version)) > 1:
            yield Problem(product.product_id, "version", f"{product.version} 有两个文件")


def _gather(problems: list[Problem], files: Iterable[Path], read: Callable[[Path], Value]) -> list[Value]:
    """What could be read; what could not goes to `problems`."""
    values = []
    for file in files:
        try:
            values.append(read(file))
        except ProductDataInvalid as error:
            problems += error.problems
    return values
