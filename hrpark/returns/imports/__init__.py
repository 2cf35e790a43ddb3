"""What can be imported into declared figures: one file a target, found by discovery."""
