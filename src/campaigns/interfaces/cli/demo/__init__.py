"""The main job on sample data, told as a story: only REST, SMTP and tracking links, as any client would use them."""
