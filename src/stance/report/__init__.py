"""One self-contained page, or Markdown: who stands where, and what they said."""

from stance.report.charts import speaker_chart
from stance.report.markdown import to_markdown
from stance.report.numbers import Report, build, read_card
from stance.report.page import to_html

__all__ = ["Report", "build", "read_card", "speaker_chart", "to_html", "to_markdown"]
