"""What schedules look like over HTTP. Instants in ms UTC, local days as ISO texts, wall times in minutes after local
midnight, durations in seconds where the name ends in `_s`, ratios 0..1, money in the site's currency.
"""
