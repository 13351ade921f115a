/* project_device.c - flota.yml: network, auth, confirm, signatures.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "project_flota.h"
#include <arpa/inet.h>
#include <string.h>

#define DAY_S 86400u

/* One of two words. */
static bool take_choice(struct project *project, const yaml_node_t *node, const char *no,
                        const char *yes, bool *is_yes)
{
    const char *text = yaml_text(node);
    if (!text || (strcmp(text, no) != 0 && strcmp(text, yes) != 0))
        return yaml_fail(&project->tree, node, "write one of the two",
                         "%s or %s is expected, not '%.40s'", no, yes, text ? text : "a list");
    *is_yes = strcmp(text, yes) == 0;
    return true;
}

/* --- network --- */

static bool take_ipv4(struct project *project, const yaml_node_t *node, uint32_t *address)
{
    struct in_addr parsed;
    const char *text = yaml_text(node);
    if (!text || inet_pton(AF_INET, text, &parsed) != 1)
        return yaml_fail(&project->tree, node, "write one like 192.168.0.10",
                         "'%.40s' is no IPv4 address", text ? text : "a list");
    *address = ntohl(parsed.s_addr);
    return true;
}

static bool take_ip(struct project *project, const yaml_node_t *node)
{
    return take_ipv4(project, node, &project->address);
}

static bool take_mask(struct project *project, const yaml_node_t *node)
{
    if (!take_ipv4(project, node, &project->mask))
        return false;
    uint32_t host = ~project->mask;
    if ((host & (host + 1)) == 0 && project->mask != 0)
        return true;
    return yaml_fail(&project->tree, node, "write one like 255.255.255.0", "'%s' is no mask",
                     yaml_text(node));
}

static bool take_gateway(struct project *project, const yaml_node_t *node)
{
    return take_ipv4(project, node, &project->gateway);
}

static bool take_dns(struct project *project, const yaml_node_t *node)
{
    return take_ipv4(project, node, &project->dns);
}

bool project_take_network(struct project *project, const yaml_node_t *node)
{
    static const struct project_field fields[] = {{"ip", take_ip},
                                                  {"mask", take_mask},
                                                  {"gateway", take_gateway},
                                                  {"dns", take_dns},
                                                  {NULL, NULL}};
    static const char remedy[] =
        "write  network: dhcp, or {ip: 192.168.0.10, mask: 255.255.255.0, gateway: 192.168.0.1}";
    const char *text = yaml_text(node);
    if (text && strcmp(text, "dhcp") == 0)
        return true;
    if (!yaml_is_map(node))
        return yaml_fail(&project->tree, node, remedy, "network is dhcp, or an address");
    project->mask = 0xFFFFFF00u;
    if (!project_take_fields(project, node, fields))
        return false;
    project->has_address = project->address != 0;
    if (!project->has_address)
        return yaml_fail(&project->tree, node, remedy, "the network has no ip");
    if (project->gateway && ((project->gateway ^ project->address) & project->mask))
        return yaml_fail(&project->tree, node, "correct ip, mask or gateway",
                         "the gateway is not in the network of ip and mask");
    return true;
}

/* --- who may, and when it is good --- */

static bool take_token(struct project *project, const yaml_node_t *node)
{
    project->auth = PROJECT_AUTH_TOKEN;
    return project_take_text(project, node, &project->secret);
}

static bool take_user(struct project *project, const yaml_node_t *node)
{
    project->auth = PROJECT_AUTH_BASIC;
    return project_take_text(project, node, &project->user);
}

static bool take_password(struct project *project, const yaml_node_t *node)
{
    return project_take_text(project, node, &project->secret);
}

bool project_take_auth(struct project *project, const yaml_node_t *node)
{
    static const struct project_field fields[] = {
        {"token", take_token}, {"user", take_user}, {"password", take_password}, {NULL, NULL}};
    static const char remedy[] =
        "write  auth: none, {token: A-LONG-ONE}, or {user: admin, password: A-LONG-ONE}";
    const char *text = yaml_text(node);
    if (text && strcmp(text, "none") == 0)
        return true;
    if (!yaml_is_map(node))
        return yaml_fail(&project->tree, node, remedy, "auth is none, a token, or a user");
    if (!project_take_fields(project, node, fields))
        return false;
    bool has_token = yaml_find(&project->tree, node, "token") != NULL;
    bool has_user = yaml_find(&project->tree, node, "user") != NULL;
    bool has_password = yaml_find(&project->tree, node, "password") != NULL;
    if (has_token ? !has_user && !has_password : has_user && has_password)
        return true;
    return yaml_fail(&project->tree, node, remedy, "auth takes a token, or user and password");
}

static bool take_confirm_policy(struct project *project, const yaml_node_t *node)
{
    return take_choice(project, node, "automatic", "explicit", &project->confirm_explicit);
}

static bool take_timeout(struct project *project, const yaml_node_t *node)
{
    return project_take_number(project, node, 1, DAY_S, &project->commit_timeout_s);
}

static bool take_after(struct project *project, const yaml_node_t *node)
{
    return project_take_number(project, node, 0, DAY_S, &project->confirm_after_s);
}

bool project_take_confirm(struct project *project, const yaml_node_t *node)
{
    static const struct project_field fields[] = {{"policy", take_confirm_policy},
                                                  {"timeout", take_timeout},
                                                  {"after", take_after},
                                                  {NULL, NULL}};
    return yaml_is_map(node) ? project_take_fields(project, node, fields)
                             : take_confirm_policy(project, node);
}

static bool take_signature_policy(struct project *project, const yaml_node_t *node)
{
    return take_choice(project, node, "optional", "required", &project->signatures_required);
}

static bool take_trusted(struct project *project, const yaml_node_t *node)
{
    if (!project_take_list(project, node, &project->trusted))
        return false;
    return project->trusted.count <= PROJECT_TRUST_MAX ||
           yaml_fail(&project->tree, node, "keep the four that count",
                     "a device has %u slots for keys", PROJECT_TRUST_MAX);
}

bool project_take_signatures(struct project *project, const yaml_node_t *node)
{
    static const struct project_field fields[] = {
        {"policy", take_signature_policy}, {"keys", take_trusted}, {NULL, NULL}};
    bool good = yaml_is_map(node) ? project_take_fields(project, node, fields)
                                  : take_signature_policy(project, node);
    if (good && project->signatures_required && project->trusted.count == 0)
        return yaml_fail(&project->tree, node,
                         "write  signatures: {policy: required, keys: [root.pem]}; flota keygen "
                         "--out root.pem makes one",
                         "signatures are required, and no key is given: no update could be taken");
    return good;
}
