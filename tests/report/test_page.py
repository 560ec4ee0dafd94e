import base64
import hashlib
import re
from itertools import pairwise

import pytest
from lxml import html

from stance.report import Report, build, to_html
from stance.types import Language, Speaker
from tests.report.conftest import ATTACK, NEUTRAL, OPEN, Pair, document


@pytest.fixture
def page(report: Report) -> html.HtmlElement:
    return html.document_fromstring(to_html(report))


def _text(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def test_it_loads_nothing(report: Report) -> None:
    text = to_html(report)
    page = html.document_fromstring(text)
    assert not page.xpath("//link | //img | //iframe | //object | //embed | //base | //form | //*[@src]")
    assert all(link.startswith("#") for link in page.xpath("//a/@href"))
    assert not re.search(r"url\(|@import|fetch\(|XMLHttpRequest|eval\(", text)
    addresses = set(re.findall(r"https?://[^\"'\s<]+", text))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


def test_only_its_own_script_and_style_may_run(page: html.HtmlElement) -> None:
    (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for tag in ("script", "style"):
        (element,) = page.xpath(f"//{tag}")
        digest = base64.b64encode(hashlib.sha256(element.text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert not page.xpath("//@style"), "the policy refuses them"
    assert not [name for element in page.iter() for name in element.attrib if name.startswith("on")]


def test_a_script_in_a_text_is_shown(page: html.HtmlElement) -> None:
    assert len(page.xpath("//script")) == 1
    (cell,) = page.xpath("//table[@id='all']//tr[5]/td[5]")
    assert cell.text_content() == ATTACK
    assert page.get_element_by_id("d3").text_content() == "3 en<i>.txt"
    assert "<b>bold</b>" in page.xpath("//div[@class='card']")[0].text_content()


def test_names_and_ids_are_escaped_too() -> None:
    bad = "\"><img src=x onerror='alert(1)'>"
    pair = document(bad, Language.ENGLISH, [(Speaker(bad), "Open is good.", OPEN, 0.8)])
    page = html.document_fromstring(to_html(build([pair], card=f"# {bad}\n\n[x](javascript:alert(1))")))
    assert not page.xpath("//img | //@onerror")
    assert all(link.startswith("#") for link in page.xpath("//a/@href"))
    assert bad in page.xpath("//table[@id='all']//tr/td[2]")[0].text_content()


def test_links_lead_to_the_statement_in_its_article(page: html.HtmlElement, report: Report) -> None:
    targets = {link[1:] for link in page.xpath("//a/@href")}
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert targets <= set(ids)
    for row, said in zip(page.xpath("//table[@id='all']/tbody/tr"), report.statements, strict=True):
        (target,) = row.xpath("td[1]/a/@href")
        place = page.get_element_by_id(target[1:])
        who = "".join(one.text_content() for one in place.xpath("span[@class='who']"))
        assert place.text_content() == who + said.prediction.statement.text


def test_articles_stand_in_full(page: html.HtmlElement, report: Report) -> None:
    for article, whole in zip(page.xpath("//article"), report.documents, strict=True):
        for label in article.xpath(".//span[@class='who']"):
            label.drop_tree()
        paragraphs = [one.text_content() for one in article.xpath("div/p")]
        assert "\n\n".join(paragraphs) == whole.text


def test_stances_are_told_without_colour(page: html.HtmlElement) -> None:
    labels = [_text(one) for one in page.xpath("//article//span[@class='who']")]
    assert labels == [
        "扎克伯格 ▶ 支持开源 0.80：",
        "顾明川 ◀ 支持闭源 0.70：",
        "黄仁勋、扎克伯格 ▶ 支持开源 0.60：",
        "未具名 ▶ 支持开源 0.50：",
        "扎克伯格 ▶ 支持开源 0.90：",
        "顾明川：",
        "扎克伯格 ◀ 支持闭源 0.60：",
    ]
    cells = [_text(one) for one in page.xpath("//table[@id='all']/tbody/tr/td[3]")]
    assert cells[:3] == ["· 中立", "▶ 支持开源", "◀ 支持闭源"]
    assert "– 不确定" in cells


def test_evidence_is_marked_and_listed(page: html.HtmlElement) -> None:
    (quote,) = page.xpath("//h3[@id='p1']/../figure[1]")
    assert _text(quote.xpath("blockquote")[0]) == "開源更便宜。"
    assert [one.text for one in quote.xpath(".//mark")] == ["便宜"]
    assert [_text(one) for one in quote.xpath("ul/li")] == ["线索总分：开源≥1.0 +1.20", "开源好：成本 +0.42"]


def test_numbers_stand_beside_the_chart(page: html.HtmlElement) -> None:
    rows = page.xpath("//section[@id='who']//tbody/tr")
    assert [_text(cell) for cell in rows[0]] == ["扎克伯格 Mark Zuckerberg", "3", "1", "0", "0", "0.72"]
    assert len(page.xpath("//section[@id='who']//figure/svg | //section[@id='where']//figure/svg")) == 2


def test_a_screen_reader_finds_its_way(page: html.HtmlElement) -> None:
    assert page.get("lang") == "zh-Hans"
    for landmark in ("header", "nav", "main", "footer"):
        assert len(page.xpath(f"//{landmark}")) == 1
    levels = [int(one.tag[1]) for one in page.xpath("//h1 | //h2 | //h3 | //h4 | //h5 | //h6")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    for table in page.xpath("//table"):
        assert table.xpath("caption") or table.get("aria-label")
        assert all(one.get("scope") for one in table.xpath(".//th"))
    known = set(page.xpath("//@id"))
    assert {one for names in page.xpath("//@aria-labelledby") for one in names.split()} <= known
    assert all(one.xpath("ancestor::label") for one in page.xpath("//input | //select"))
    assert page.xpath("//output/@aria-live") == ["polite"]


def test_it_is_whole_without_a_script(page: html.HtmlElement) -> None:
    assert page.get_element_by_id("filter").get("hidden") is not None
    assert not page.xpath("//table[@id='all']//button | //table[@id='all']//tr[@hidden]")


def test_traditional_text_is_found_in_simplified_characters(page: html.HtmlElement) -> None:
    assert page.xpath("//table[@id='all']//tr/@data-simple") == ["扎克伯格 开源更便宜。"]


def test_the_interface_in_english(pairs: list[Pair]) -> None:
    page = html.document_fromstring(to_html(build(pairs, language="en")))
    assert page.get("lang") == "en"
    assert page.findtext(".//h1") == "Open or closed AI: who stands where"
    assert page.xpath("//article/div/@lang") == ["zh", "zh", "en"]
    interface = page.xpath("//nav | //thead | //caption | //h2 | //figcaption | //label")
    assert not re.search("[一-鿿]", " ".join(re.sub("扎克伯格|黄仁勋|顾明川", "", _text(one)) for one in interface))


def test_the_card_stands_at_the_foot(page: html.HtmlElement) -> None:
    (card,) = page.xpath("//footer//div[@class='card']")
    assert [(one.tag, one.text) for one in card.xpath("h3 | h4")] == [("h3", "Model card"), ("h4", "Scores")]
    assert card.xpath("table/@aria-label") == ["Scores"]
    assert card.xpath("table//td/text()") == ["0.644", "1"]


def test_nobody_takes_a_side() -> None:
    page = html.document_fromstring(
        to_html(build([document("a", Language.ENGLISH, [(Speaker("Li"), "Rain.", NEUTRAL, 0.8)])]))
    )
    assert not page.xpath("//svg")
    assert _text(page.get_element_by_id("strongest")).endswith("No statement takes a side.")
    assert len(page.xpath("//table[@id='all']/tbody/tr")) == 1


def test_the_same_report_is_the_same_page(report: Report) -> None:
    assert to_html(report) == to_html(report)
