"""The parts of a DOCX file beside its body, and their XML."""

from __future__ import annotations

from docx.opc.part import Part
from docx.oxml.parser import parse_xml
from lxml.etree import XMLSyntaxError

from ragline_ingestor.parsers.docx.wordml import Element


def related(part: Part, name: str) -> Part | None:
    """Return the part of a kind, the last word of its relation's type; None if there is none."""
    for relation in part.rels.values():
        if relation.reltype.rsplit("/", 1)[-1] == name and not relation.is_external:
            found: Part = relation.target_part
            return found
    return None


def by_id(part: Part, relation_id: str) -> Part | None:
    """Return the part that `part` names by the id of a relation."""
    relation = part.rels.get(relation_id)
    return None if relation is None or relation.is_external else relation.target_part


def root_of(part: Part) -> Element | None:
    """Return the part's XML; None if it is damaged."""
    loaded: Element | None = getattr(part, "element", None)
    if loaded is not None:
        return loaded
    try:
        return parse_xml(part.blob)
    except XMLSyntaxError:
        return None
