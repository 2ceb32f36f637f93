"""One transfer on one page, for everybody who has to do with it."""
