"""What a contract's words come to: pure."""
