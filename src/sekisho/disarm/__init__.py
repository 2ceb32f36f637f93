"""無害化: files are identified by content, inspected, and rebuilt from known-good parts.

`identify` tells kinds apart; `engine` rebuilds a file in this process; `sandbox` does it in a
child that can reach nothing. Whatever is not understood stops with a coded reason.
"""
