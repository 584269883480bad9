"""Timers, alarms, reminders, and what time it is."""
