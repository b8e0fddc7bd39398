"""What survives: the only disk. Blocking and free of any loop; the server decides what runs where."""
