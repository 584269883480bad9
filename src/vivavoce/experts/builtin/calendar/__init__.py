"""Calendars: CalDAV servers and ICS files."""
