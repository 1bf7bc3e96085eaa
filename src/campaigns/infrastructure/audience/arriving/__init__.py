"""People who arrive one by one, beside datasets that arrive as files."""
