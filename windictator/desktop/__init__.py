"""Desktop services: D-Bus, notifications, input methods, and programs and functions of user commands."""
