"""Talk: chat, commentary, notifications and e-mail templates."""
