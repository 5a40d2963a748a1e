#pragma once

// Files that are part of the program. Not zero-terminated.

/// migrations/0001.sql
extern const char *const asset_migration_0001;
extern const unsigned long asset_migration_0001_length;

/// migrations/0002.sql
extern const char *const asset_migration_0002;
extern const unsigned long asset_migration_0002_length;
