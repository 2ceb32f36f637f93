"""The verbs of the room: drafting, receiving, submitting, erasing, handing out."""
