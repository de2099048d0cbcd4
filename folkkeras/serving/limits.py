"""What one request may ask, and how many requests are served at a time."""

CANDIDATES = 4
LONGEST_TEXT = 20_000  # characters of a tune
MOST_BARS = 400  # of a tune that is rewritten or varied
LARGEST_BODY = 2**16  # bytes of a request
LARGEST_BOOK = 2**20  # bytes of a request for a book
LONGEST_BOOK = 100_000  # characters of its tunes together
BOOK_TUNES = 50
BOOKS = 4  # requests for books at a time
BODY_SECONDS = 10.0  # in which a request's body must arrive
COMPOSING_SECONDS = 60.0  # after which tunes that are still drawn are given up
COMPOSING = 64  # requests for new tunes at a time
REVISING = 32  # requests to rewrite or vary, at work and waiting
RETRY_SECONDS = 5  # after which one that was refused may ask again
DRAFT_SECONDS = 0.5  # between two drafts of a tune
