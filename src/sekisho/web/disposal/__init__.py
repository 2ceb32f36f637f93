"""機器・媒体: the register of devices and media in the browser."""
