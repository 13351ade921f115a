/* dashboard_access.c - who may sign in.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dashboard_internal.h"
#include <string.h>

#define USERS_MAX 4u

static bool take_user_name(struct reader *reader, const struct json_node *node,
                           const struct rule *rule, void *into)
{
    if (!take_plain(reader, node, rule, into))
        return false;
    size_t good =
        strspn(node->text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
    if (strcmp(node->text, "token") == 0)
        return wrong(reader, node, "take another name",
                     "'token' signs in with a token, not as a user");
    return (good == node->size && node->size <= DASHBOARD_NAME_MAX) ||
           wrong(reader, node, "use 1 to 31 of letters, digits, '.', '_' and '-'",
                 "'%.40s' is no name for a user", node->text);
}

static bool take_user(struct reader *reader, const struct json_node *node,
                      struct dashboard_user *users)
{
    static const struct rule rules[] = {
        {"name", true, take_user_name, offsetof(struct dashboard_user, name), 0, 0},
        {"level", true, take_unsigned, offsetof(struct dashboard_user, level), 1, 9},
        {0}};
    struct dashboard_user *user = &users[node->index];
    if (!take_object(reader, node, "a user", rules, NULL, user))
        return false;
    for (size_t i = 0; i < node->index; i++)
        if (users[i].name && strcmp(users[i].name, user->name) == 0)
            return wrong(reader, json_find(node, "name"), "take another name",
                         "there are two users '%s'", user->name);
    return node->index || user->level == 9 ||
           wrong(reader, json_find(node, "level"), "write 9 there, or change the order",
                 "the first user sets all passwords and has level 9");
}

static bool take_users(struct reader *reader, const struct json_node *node, const struct rule *rule,
                       void *into)
{
    struct dashboard *dashboard = into;
    (void)rule;
    if (!check_list(reader, node, 1, USERS_MAX))
        return false;
    struct dashboard_user *users = arena_take_many(reader->arena, node->count, sizeof *users);
    for (const struct json_node *entry = node->first; entry; entry = entry->next)
        take_user(reader, entry, users);
    dashboard->users = users;
    dashboard->user_count = node->count;
    return true;
}

static bool take_first_start(struct reader *reader, const struct json_node *node,
                             const struct rule *rule, void *into)
{
    static const char *const words[] = {"set", "open", NULL};
    int index = take_word(reader, node, "way to start:", words);
    (void)rule;
    *(bool *)into = index == 1;
    return index >= 0;
}

bool take_access(struct reader *reader, const struct json_node *node, const struct rule *rule,
                 void *into)
{
    static const struct rule rules[] = {
        {"users", true, take_users, 0, 0, 0},
        {"first_start", false, take_first_start, offsetof(struct dashboard, open_at_first), 0, 0},
        {0}};
    (void)rule;
    return take_object(reader, node, "access", rules, NULL, into);
}
