variable "name" {
  description = "Beginning of every name, e.g. postroom-test."
  type        = string
}

variable "protect" {
  description = "Whether the key, once scheduled for deletion, waits 30 days instead of 7."
  type        = bool
}

variable "secrets" {
  description = "Secret settings by name (SECRET_KEY, UNSUBSCRIBE_KEYS, DATABASE_URL, ...). Written, never kept in the state."
  type        = map(string)
  ephemeral   = true
}

variable "secrets_version" {
  description = "Raise it to have the secrets written anew."
  type        = number
}
