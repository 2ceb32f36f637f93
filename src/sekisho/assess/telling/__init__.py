"""What is found, told: sentences, pictures and one page, each in Japanese or English.

Texts and SVG only; a screen or a sheet of paper is somebody else's (ADR 16).
"""
