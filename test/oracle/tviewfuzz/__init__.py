"""Random oracle test of pg_tviews: every TVIEW equals its defining query after every statement."""
