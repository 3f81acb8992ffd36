"""From disk to text and back: discover, decode, group into projects, write."""
