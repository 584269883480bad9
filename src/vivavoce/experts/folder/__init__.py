"""An expert's folder: read, checked, made anew."""
