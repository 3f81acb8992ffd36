"""What people and programs read: text, unified diff, JSON."""
