# What each function does, in words of the product. policies.tf makes statements of it; nothing here names an ARN.
#
#   publishes      queues it writes hints to, besides its own
#   files_read     beginnings of keys that it reads in the portal's files; files_write likewise
#   uploads, mail  what it does with dropped files and with received mail: "read" or "delete" (which reads as well)
#   sends          it gives mail to SES
#   opens, seals   tables whose secrets it reads, and those whose secrets it writes
#   alerts         it tells people by the topic
#   dead_letters   it looks into and empties the dead-letter queues
#   mark           it notes how far the installation has come
#   account        it reads SES's account; suppression, users: it manages them
#   domains        "read": it looks at sending domains and their DNS, and writes records where Route 53 has the zone;
#                  "manage": it makes and deletes them at SES as well

locals {
  task_queues   = [for queue, about in var.queues : queue if about.feed == "tasks"]
  sealed_tables = ["relay", "webhook_endpoint", "credentials_oauthgrant", "smtp_key", "portal_accountsecret"]

  nothing = {
    publishes    = []
    files_read   = []
    files_write  = []
    uploads      = ""
    mail         = ""
    sends        = false
    bounces      = false
    opens        = []
    seals        = []
    alerts       = false
    dead_letters = false
    mark         = false
    account      = false
    domains      = ""
    suppression  = false
    users        = false
  }

  wishes = {
    sending = {
      publishes  = ["sending", "priority", "maintenance", "webhooks"]
      files_read = ["attachments/", "images/"]
      sends      = true
      opens      = ["relay"]
    }
    priority = {
      publishes  = ["sending", "priority", "maintenance", "webhooks"]
      files_read = ["attachments/", "images/"]
      sends      = true
      opens      = ["relay"]
    }
    imports = {
      publishes   = ["imports", "sending", "priority", "maintenance", "webhooks"]
      files_read  = [""]
      files_write = [""]
      mail        = "delete"
      account     = true
    }
    maintenance = {
      publishes    = local.task_queues
      files_read   = [""]
      files_write  = [""]
      mail         = "delete"
      sends        = true
      opens        = local.sealed_tables
      seals        = ["credentials_oauthgrant"]
      alerts       = true
      dead_letters = true
      mark         = true
      account      = true
      domains      = "manage"
      suppression  = true
    }
    webhooks = {
      publishes = ["webhooks", "maintenance"]
      opens     = ["webhook_endpoint"]
    }
    events = {
      publishes = ["sending", "priority", "imports", "maintenance", "webhooks"]
    }
    uploads = {
      publishes   = ["imports", "maintenance"]
      uploads     = "read"
      files_read  = ["imports/"]
      files_write = ["imports/"]
    }
    inbound = {
      publishes = ["routing", "gmail", "bounces", "forwards", "maintenance", "webhooks"]
      mail      = "read"
    }
    gmail = {
      publishes = ["gmail", "maintenance"]
      mail      = "read"
      opens     = ["credentials_oauthgrant"]
      seals     = ["credentials_oauthgrant"]
    }
    outgoing = {
      publishes = ["bounces", "forwards", "maintenance"]
      mail      = "read"
      sends     = true
      bounces   = true
      opens     = ["webhook_endpoint"]
    }
    credentials = {
      publishes = ["credentials", "maintenance"]
      opens     = ["smtp_key"]
      seals     = ["smtp_key"]
      users     = true
    }
    web = {
      publishes    = local.task_queues
      files_read   = [""]
      files_write  = [""]
      mail         = "read"
      opens        = local.sealed_tables
      seals        = local.sealed_tables
      dead_letters = true
      mark         = true
      account      = true
      domains      = "read"
    }
    # Workers outside of Lambda do what all functions do.
    celery = {
      publishes    = keys(var.queues)
      files_read   = [""]
      files_write  = [""]
      uploads      = "read"
      mail         = "delete"
      sends        = true
      bounces      = true
      opens        = local.sealed_tables
      seals        = ["credentials_oauthgrant", "smtp_key"]
      alerts       = true
      dead_letters = true
      mark         = true
      account      = true
      domains      = "manage"
      suppression  = true
      users        = true
    }
  }

  consumes = merge(
    { for function, about in var.functions : function => keys(about.mappings) },
    { web = [], celery = keys(var.queues) },
  )
  roles  = toset(concat(keys(var.functions), ["web"], var.celery ? ["celery"] : []))
  grants = { for role in local.roles : role => merge(local.nothing, local.wishes[role]) }
}
