"""Documents on paper: the proof of a transfer (確認資料), the report on a period, as PDF/A."""
