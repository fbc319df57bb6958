"""What went wrong and stays wrong until somebody sees to it: messages put aside, failed rows, and trying them again."""
