"""The article of a web page, and text that is none."""

from stance.layout.html import extract_article
from stance.reading import read

_SENTENCE = "顾明川在第{}次会议上表示，名单由办公室保管，任何人都可以来查看，不需要提前预约，也不收取费用。"
_PAGE = (
    "<!DOCTYPE html><html><head><title>名单</title></head><body>"
    "<nav><a href='/'>首页</a></nav><article><h1>名单公布</h1>"
    + "".join(f"<p>{_SENTENCE.format(number)}</p>" for number in range(6))
    + "</article><footer>关于我们</footer></body></html>"
)


def test_the_article_is_taken_out_of_its_page() -> None:
    text, about = extract_article(_PAGE)
    assert all(_SENTENCE.format(number) in text for number in range(6))
    assert "首页" not in text
    assert "<" not in text
    assert about["title"] == "名单公布"


def test_a_page_is_read_like_its_article() -> None:
    speakers = [statement.speaker_name for statement in read(_PAGE).statements]
    assert speakers.count("顾明川") == 6


def test_a_text_with_a_tag_is_no_page() -> None:
    assert extract_article("<p>会议九点开始。</p>") == ("<p>会议九点开始。</p>", {})
