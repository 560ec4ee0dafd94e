from markdown_it import MarkdownIt

from stance.report import Report, build, to_markdown
from stance.types import Language, Speaker
from tests.report.conftest import CLOSED, NEUTRAL, document


def test_what_it_says(report: Report) -> None:
    text = to_markdown(report)
    assert text.startswith("# 开源还是闭源")
    assert "| 扎克伯格 | 3 | 1 | 0 | 0 | 0.72 |" in text
    assert "| 1 zh/a.txt | 3 | 1 | 1 | 0 |" in text
    assert "- **支持开源** 0.90 (zh/b.txt, 语句 1): 開源更**便宜**。" in text
    assert "线索总分：开源≥1.0 +1.20, 开源好：成本 +0.42" in text
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


def test_no_column_for_what_does_not_occur() -> None:
    pair = document("a", Language.ENGLISH, [(Speaker("Li"), "Rain.", NEUTRAL, 0.8)])
    text = to_markdown(build([pair]))
    assert "withheld" not in text
    assert "No statement takes a side." in text


def test_nothing_in_a_text_is_taken_for_markdown() -> None:
    said = "# a *b* _c_ snake_case [d](http://e) <script>f</script> `g` |h| \x1b[31mi\nj"
    pair = document("x|y\x1b", Language.ENGLISH, [(Speaker("<b>*Li*"), said, CLOSED, 0.8)])
    text = to_markdown(build([pair]))
    assert "\x1b" not in text
    assert "snake_case" in text
    html = MarkdownIt("commonmark").enable("table").render(text)
    for tag in ("<script", "<em>", "<a ", "<code>", "<b>"):
        assert tag not in html
    assert html.count("<h1>") == 1
    assert "x|y" in html
    assert "# a *b* _c_ snake_case [d](http://e) &lt;script&gt;f&lt;/script&gt; `g` |h|  [31mi j" in html
