"""The pages: a Flask application over the store, reading only. It makes no network call."""
