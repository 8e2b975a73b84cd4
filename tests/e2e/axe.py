"""Accessibility of what is on screen: axe-core's rules for WCAG 2.2 A and AA, run in the page."""

from pathlib import Path

from playwright.async_api import Page

SOURCE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


async def violations(page: Page) -> list[str]:
    """One line for each: rule, how many places, the first of them. Empty when all is well."""
    await page.evaluate(SOURCE.read_text(encoding="utf-8"))
    found = await page.evaluate("tags => axe.run({ runOnly: { type: 'tag', values: tags } })", TAGS)
    return [
        f"{one['id']} ({len(one['nodes'])}): {one['nodes'][0]['target']} {one['nodes'][0]['failureSummary']}"
        for one in found["violations"]
    ]
