"""AWS on one machine: moto, our double of Amazon SES, its mailbox, the stack."""
