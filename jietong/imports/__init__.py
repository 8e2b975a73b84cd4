"""In from elsewhere: histories of other systems, as ledgers of their own beside the centre's."""
