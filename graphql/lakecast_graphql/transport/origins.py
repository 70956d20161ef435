"""Pages of other origins that may call a server in development mode: those of this machine, whatever their port."""

LOOPBACK = r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?"
"""Regular expression of a whole Origin header: a frontend's own development server."""
