"""`xueping products lint`: everything that is wrong with product data, for whoever writes it."""

from pathlib import Path

from insurance.products.catalogue import load_catalogue, read_product
from insurance.products.reading import Problem, ProductDataInvalid


def lint(path: Path) -> list[Problem]:
    """The problems of one product file, or of a folder like this one with its insurers and documents. Empty: all is well."""
    try:
        if path.is_dir():
            load_catalogue.__wrapped__(path)
        else:
            read_product(path)
    except ProductDataInvalid as error:
        return list(error.problems)
    return []
