#include "CAssets.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const char migration_0001[] = {
#embed "migrations/0001.sql"
};
const char *const asset_migration_0001 = migration_0001;
const unsigned long asset_migration_0001_length = sizeof migration_0001;

static const char migration_0002[] = {
#embed "migrations/0002.sql"
};
const char *const asset_migration_0002 = migration_0002;
const unsigned long asset_migration_0002_length = sizeof migration_0002;
