"""What a forecast asks for: agents by quarter of an hour beside those scheduled, lines beside the seats (H1, H2)."""
