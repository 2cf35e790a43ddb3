"""What can be imported into the dossiers: one file a target, found by discovery."""
