"""Music on MPD, films and series on Jellyfin and Kodi."""
