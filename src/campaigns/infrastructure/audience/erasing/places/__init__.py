"""Where people stand, one file each."""
