"""Disposal: every device and medium accounted for, from the shelf to the proof."""
