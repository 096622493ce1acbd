"""The catalogue (产品目录), open to anyone: insurers, products, the documents to agree to."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import PlainTextResponse

from api.deps import TheParts
from api.errors import not_found
from api.parts import Parts
from api.routes.persons import SchoolType
from insurance.letters.introduction import introduction
from insurance.products.catalogue import Insurer, UnknownProduct
from insurance.rules.codes import ASKED_CONSENTS, CONSENT_KINDS, LINE_NAMES, WITHDRAWAL_MEANS
from insurance.rules.terms import ProductTerms

router = APIRouter(prefix="/v1", tags=["catalogue"])


@router.get("/insurers")
async def list_insurers(parts: TheParts, school_type: SchoolType | None = None) -> dict[str, Any]:
    """Everybody who sells here, in the order of the catalogue, each with what is on sale today: the family chooses."""
    on_sale = _on_sale(parts, school_type)
    items = [
        _insurer(insurer)
        | {
            "products": [
                {"product_id": t.product_id, "title": t.title, "premium_fen": t.premium_fen}
                for t in on_sale
                if t.insurer_code == insurer.code
            ]
        }
        for insurer in parts.catalogue.insurers
    ]
    return {"items": items, "next_cursor": None}


@router.get("/products")
async def list_products(
    parts: TheParts,
    school_type: SchoolType | None = None,
    insurer: Annotated[str | None, Query(max_length=64)] = None,
) -> dict[str, Any]:
    """What is on sale today."""
    found = [t for t in _on_sale(parts, school_type) if insurer in (None, t.insurer_code)]
    return {"items": [product_view(parts, terms) for terms in found], "next_cursor": None}


@router.get("/products/{product_id}")
async def show_product(parts: TheParts, product_id: str) -> dict[str, Any]:
    return product_view(parts, product_on_sale(parts, product_id))


@router.get("/documents/{document_id}/{version}", response_class=PlainTextResponse)
async def show_document(parts: TheParts, document_id: str, version: str) -> PlainTextResponse:
    """The text that is agreed to, byte for byte what its hash is of."""
    for document in (*parts.catalogue.texts, *parts.catalogue.consents):
        if (document.document_id, document.version) == (document_id, version):
            return PlainTextResponse(document.text, media_type="text/markdown; charset=utf-8")
    raise not_found()


def _on_sale(parts: Parts, school_type: str | None) -> list[ProductTerms]:
    return [t for t in parts.catalogue.on_sale(parts.today()) if school_type is None or school_type in t.school_types]


def product_on_sale(parts: Parts, product_id: str) -> ProductTerms:
    for terms in parts.catalogue.on_sale(parts.today()):
        if terms.product_id == product_id:
            return terms
    raise not_found()


def any_product(parts: Parts, product_id: str) -> ProductTerms | None:
    """Also one that is no longer sold: policies sold elsewhere may be of it."""
    try:
        return parts.catalogue.product(product_id)
    except UnknownProduct:
        return None


def insurer_ref(parts: Parts, code: str) -> dict[str, str]:
    insurer = parts.catalogue.insurer(code)
    return {"code": code, "name": insurer.name if insurer else code}


def coverage_views(terms: ProductTerms) -> list[dict[str, Any]]:
    return [
        {"coverage_id": c.coverage_id, "label": c.label, "limit_fen": c.limit_fen, "clause": c.clause}
        for c in terms.coverages
    ]


def product_view(parts: Parts, terms: ProductTerms) -> dict[str, Any]:
    return {
        "product_id": terms.product_id,
        "version": terms.version,
        "title": terms.title,
        "line": {"code": "student_accident", "names": list(LINE_NAMES)},
        "introduction": introduction(terms),
        "insurer": insurer_ref(parts, terms.insurer_code),
        "school_types": list(terms.school_types),
        "premium_fen": terms.premium_fen,
        "term_years": terms.term_years,
        "coverages": coverage_views(terms),
        "documents": [
            {
                "document_id": document.document_id,
                "title": document.title,
                "version": document.version,
                "sha256": document.sha256,
                "url": f"{parts.settings.public_url}/v1/documents/{document.document_id}/{document.version}",
            }
            for document in parts.catalogue.documents(terms.product_id, terms.version)
        ],
        # each is asked by itself; none is answered before the family does it
        "consents": [
            {
                "kind": kind,
                "title": CONSENT_KINDS[kind],
                "required": required,
                "withdrawal_means": WITHDRAWAL_MEANS[kind],
                **consent_text(parts, kind, terms.insurer_code),
            }
            for kind, required in ASKED_CONSENTS.items()
        ],
    }


def consent_text(parts: Parts, kind: str, insurer_code: str) -> dict[str, Any]:
    """What exactly is asked, and of which insurer."""
    text = parts.catalogue.consent(kind, insurer_code)
    if text is None:
        return {}
    return {
        "question": text.title,
        "document_id": text.document_id,
        "version": text.version,
        "sha256": text.sha256,
        "url": f"{parts.settings.public_url}/v1/documents/{text.document_id}/{text.version}",
    }


def _insurer(insurer: Insurer) -> dict[str, Any]:
    return {
        "code": insurer.code,
        "name": insurer.name,
        "province": insurer.province,
        "region": insurer.region,
        "hotline": insurer.hotline,
        "hours": insurer.hours,
    }
