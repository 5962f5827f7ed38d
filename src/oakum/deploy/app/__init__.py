"""The application's record in the cluster: what it is, what it used, how its changes went."""
