"""Accessibility of what is on screen: axe-core's rules for WCAG 2.2 A and AA, run in the page."""

from pathlib import Path

from playwright.async_api import Page

SOURCE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


async def still(page: Page) -> None:
    """Nothing fades in or out any more: half faded, words lack contrast. What goes on for long does not count."""
    await page.evaluate(
        """async () => {
          const fades = () => document.getAnimations().some(one => {
            const left = one.effect.getComputedTiming().endTime - one.currentTime;
            return one.playState === 'running' && left < 1000;
          });
          for (let quiet = 0; quiet < 3; await new Promise(requestAnimationFrame)) quiet = fades() ? 0 : quiet + 1;
        }"""
    )


async def violations(page: Page) -> list[str]:
    """One line for each: rule, how many places, the first of them. Empty when all is well."""
    await still(page)
    await page.evaluate(SOURCE.read_text(encoding="utf-8"))
    found = await page.evaluate("tags => axe.run({ runOnly: { type: 'tag', values: tags } })", TAGS)
    return [
        f"{one['id']} ({len(one['nodes'])}): {one['nodes'][0]['target']} {one['nodes'][0]['failureSummary']}"
        for one in found["violations"]
    ]
