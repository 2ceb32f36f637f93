"""Children that each work on one file and can reach nothing else."""
