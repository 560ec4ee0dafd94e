"""Web pages: the article out of the HTML around it."""

import re

# A page begins with its doctype or root; a text that merely holds a tag is no page.
_PAGE = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)


def is_page(text: str) -> bool:
    return _PAGE.match(text) is not None


def extract_article(text: str) -> str:
    """The article of an HTML page by trafilatura; any other text, and a page without an article, as it is.

    >>> extract_article("no page")
    'no page'
    """
    if not is_page(text):
        return text
    import trafilatura

    return trafilatura.extract(text, include_comments=False, include_tables=True) or text
