/* flota/error.h - every error of every layer, with its cause and its remedy.
 *
 * One table serves the core, the network, the page, the console and the host tool, so that a number
 * means the same everywhere and nobody reads a bare code. Functions return 0 or a positive result,
 * or one of these (all are negative).
 *
 * Thread safety: constant data.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_ERROR_H
#define FLOTA_ERROR_H

/* X(name, number, cause, remedy)
 *
 * Numbers never change their meaning. -1xx: the file was refused, before the first erase
 * wherever its beginning shows why. -2xx: the transfer failed. -3xx: the request was refused. -4xx:
 * the flash or the chip failed. */
#define FLOTA_ERROR_MAP(X)                                                                         \
    X(IMAGE_EMPTY, -101, "the file is empty",                                                      \
      "choose the .bin that the build left, for example build/arm/examples/project2/project2.bin") \
    X(IMAGE_TOO_SHORT, -102, "the file ends before the information block of a firmware image",     \
      "choose a complete firmware .bin, not a text file or a part of an image")                    \
    X(IMAGE_TOO_LARGE, -103, "the image is larger than the 917504 bytes of a flash slot",          \
      "make the image smaller: build with -Os, or leave modules out")                              \
    X(IMAGE_BAD_VECTORS, -104,                                                                     \
      "the file does not start with the vector table of a Cortex-M image for this chip",           \
      "choose the plain .bin made by objcopy or a bundle, not an .elf, .hex, picture or text")     \
    X(IMAGE_NO_INFO, -105, "the image carries no Flota information block",                         \
      "build it with Flota, or consent to a foreign image with ?foreign=1 (it cannot roll back)")  \
    X(IMAGE_BAD_INFO, -106, "the information block of the image is damaged",                       \
      "build the image again and upload it again")                                                 \
    X(IMAGE_OTHER_BOARD, -107, "the image was built for another board",                            \
      "build it for the board that the device reports")                                            \
    X(IMAGE_OTHER_PRODUCT, -108, "the image belongs to another product",                           \
      "choose the image of this product, or consent with ?foreign=1")                              \
    X(IMAGE_OTHER_ADDRESS, -109, "the image was linked for another flash address",                 \
      "link it for 0x08000000: the chip maps the active bank there")                               \
    X(IMAGE_DOWNGRADE, -110, "the image has an older version than the running firmware",           \
      "choose a newer image, or consent with ?downgrade=1, or a field before the file")            \
    X(IMAGE_WRONG_SIZE, -111, "the file's size is not the size its information block states",      \
      "the file was cut or joined with something: copy or build it again")                         \
    X(IMAGE_CORRUPT, -112, "the image's SHA-256 is not the one in its information block",          \
      "the file was damaged on its way: upload it again, or build it again")                       \
    X(IMAGE_EPOCH, -113, "the image has a lower security epoch than the confirmed firmware",       \
      "choose a newer image: an epoch is raised when older ones are known to be unsafe")           \
    X(IMAGE_OTHER_GUARD, -114,                                                                     \
      "the image carries another guard (bytes 0x500 to 0x2000) than the running firmware",         \
      "build it with the same Flota, or consent with ?guard=1 when the new guard is meant")        \
    X(IMAGE_REJECTED, -115, "this very image was rolled back on this device",                      \
      "see why in the status, repair and build it again; ?force=1 tries the same image again")     \
    X(IMAGE_NOT_THERE, -116, "the other bank holds no image to go back to",                        \
      "upload the image that you want")                                                            \
    X(WATCHDOG_ALWAYS, -117,                                                                       \
      "option IWDG1_SW = 0 starts the watchdog at reset, and a foreign image would not feed it",   \
      "set IWDG1_SW = 1 with a programmer, or build the image with Flota")                         \
    X(SIGNATURE_MISSING, -121, "the firmware is not signed, and this device requires a signature", \
      "sign it: flota sign, or flota bundle --key")                                                \
    X(SIGNATURE_WRONG, -122, "the signature does not fit the firmware",                            \
      "the file was changed after it was signed: sign it again, or fetch it from its source")      \
    X(KEY_UNKNOWN, -123, "the firmware is signed with a key that this device does not have",       \
      "sign it with one of the device's keys; the status lists their fingerprints")                \
    X(KEY_REVOKED, -124, "the firmware is signed with a key that was revoked",                     \
      "sign it with the key that replaced it")                                                     \
    X(STATEMENT_BAD, -125, "the key statement is malformed or not signed by the root key, slot 0", \
      "make it anew: flota keys, with the private key of slot 0")                                  \
    X(STATEMENT_OLD, -126, "the key statement is older than one that the device has",              \
      "make it with a higher --sequence; the status shows the device's last one")                  \
    X(BUNDLE_MALFORMED, -131, "Malformed archive",                                                 \
      "make the bundle again: flota bundle, or zip -0")                                            \
    X(BUNDLE_COMPRESSED, -132, "the bundle has a compressed entry",                                \
      "store the entries: zip -0, or flota bundle")                                                \
    X(BUNDLE_NO_MANIFEST, -133, "the bundle's first entry is not manifest.json",                   \
      "make it with flota bundle, or add manifest.json first: zip -0 fw.zip manifest.json fw.bin") \
    X(BUNDLE_BAD_NAME, -134, "an entry of the bundle has a name that leads out of its folder",     \
      "name the parts plainly, without .. or drive or leading slash")                              \
    X(BUNDLE_DUPLICATE, -135, "the bundle holds or lists a part twice",                            \
      "make the bundle again, each part once")                                                     \
    X(BUNDLE_UNKNOWN_PART, -136,                                                                   \
      "the bundle holds a part that its manifest does not list, or of "                            \
      "a type that this device has no place for",                                                  \
      "bundle one part of type app or cm7")                                                        \
    X(BUNDLE_PART_MISSING, -137, "a part that the manifest lists is not in the bundle",            \
      "make the bundle again with all its parts")                                                  \
    X(BUNDLE_PART_WRONG, -138, "a part of the bundle is not the one that the manifest describes",  \
      "the part was changed after the manifest was made: make the bundle again")                   \
    X(BUNDLE_BAD_CRC, -139, "Invalid CRC", "the bundle was damaged on its way: send it again")     \
    X(BUNDLE_EXTRA_BYTES, -140, "bytes follow the end of the bundle",                              \
      "the file was joined with something: make or copy it again")                                 \
    X(MANIFEST_TOO_LARGE, -141, "the manifest is larger than 4096 bytes, or lists too many parts", \
      "leave out what the device does not need")                                                   \
    X(MANIFEST_BAD, -142, "Failed to parse manifest", "write valid JSON: flota bundle does")       \
    X(MANIFEST_INCOMPLETE, -143, "Required manifest field missing",                                \
      "give name, platform, version, and for each part type, src, size and cs_sha256")             \
    X(MANIFEST_OTHER_PLATFORM, -144, "Wrong platform",                                             \
      "make the bundle for the board that the status shows")                                       \
    X(TRANSFER_LOST, -201, "the connection ended before the whole file had arrived",               \
      "go on at resume.offset of the status, or upload it again")                                  \
    X(TRANSFER_STALLED, -202, "no data arrived for too long",                                      \
      "check the network, then upload the image again")                                            \
    X(TRANSFER_CANCELLED, -203, "the upload was cancelled", "upload again when ready")             \
    X(TRANSFER_GAP, -204, "the range begins behind the last byte that has arrived",                \
      "continue at resume.offset of the status, or send the file from its start")                  \
    X(TRANSFER_OTHER, -205, "there is no transfer that this range continues",                      \
      "send the file from its start; a foreign image in one request")                              \
    X(UPDATE_BUSY, -301, "another update is in progress",                                          \
      "wait for its end; GET /api/firmware_update shows how far it is")                            \
    X(UNAUTHORIZED, -302, "the update needs credentials, and none or wrong ones came",             \
      "send Authorization: Bearer TOKEN, or Basic, as flota_config.h sets it")                     \
    X(BAD_ORIGIN, -303, "the request comes from a page of another site",                           \
      "open the device's own page, or use curl")                                                   \
    X(BAD_REQUEST, -304, "the request is not valid HTTP for this address",                         \
      "see the reply's text; curl -F file=@fw.bin http://ADDRESS/update works")                    \
    X(BAD_MULTIPART, -305, "the multipart body is malformed or holds no file",                     \
      "send one part with a filename, as curl -F file=@fw.bin does")                               \
    X(BAD_VALUE, -306, "a field has the wrong type or value",                                      \
      "send JSON with the fields and types that GET shows")                                        \
    X(NOT_READY, -307, "the operation does not fit the present phase",                             \
      "see the status, then retry")                                                                \
    X(ON_TRIAL, -308, "the running firmware is on trial, and its way back is in the other bank",   \
      "confirm it first, on the page or with POST /update/commit; or wait for its end")            \
    X(NOT_ON_TRIAL, -309, "the running firmware is not on trial",                                  \
      "there is nothing to confirm; see the status")                                               \
    X(FORBIDDEN, -310, "the user may not do this", "sign in as a user with a higher level")        \
    X(FIRST_START, -311, "the device has no password yet", "open its page and set one")            \
    X(LOGIN_WRONG, -312, "user and password do not fit", "check both; capital letters count")      \
    X(LOGIN_PAUSED, -313, "too many wrong passwords", "wait a moment, then sign in again")         \
    X(PASSWORD_WEAK, -314, "the password has fewer than 8 characters, or more than 64",            \
      "choose another one")                                                                        \
    X(FILE_NAME, -321, "the file's name is not one of 1 to 31 letters, digits, dots, _ and -",     \
      "rename the file")                                                                           \
    X(FILE_TOO_LARGE, -322, "the file is larger than this endpoint takes", "send a smaller one")   \
    X(FILE_NO_ROOM, -323, "there is no room for the file", "delete others first")                  \
    X(FILE_NOT_THERE, -324, "there is no file of this name", "GET the endpoint for the list")      \
    X(ACTION_RUNNING, -325, "the action runs already", "wait until its state is done or failed")   \
    X(FLASH_READ, -401, "a flash word could not be read (ECC error)",                              \
      "upload again: the sector is erased anew; if it stays, the flash is worn out")               \
    X(FLASH_ERASE, -402, "a flash sector could not be erased",                                     \
      "upload again; if it stays, check the supply voltage and write protection (WRP)")            \
    X(FLASH_PROGRAM, -403, "a flash word could not be programmed",                                 \
      "upload again; if it stays, check the supply voltage and write protection (WRP)")            \
    X(FLASH_VERIFY, -404, "flash read back differs from what was sent",                            \
      "upload again; if it stays, the flash is worn out")                                          \
    X(FLASH_TIMEOUT, -405, "a flash operation did not end in time", "reset the board, try again")  \
    X(OPTION_BYTES, -406, "the option bytes could not be changed",                                 \
      "reset the board and try again; check the supply voltage")                                   \
    X(OPTION_PENDING, -407, "an option byte change is pending", "reset the board, then try again") \
    X(CM4_BOOTS, -408, "option BCM4 = 1: the Cortex-M4 boots from the bank that an update writes", \
      "consent with ?options=1: the device sets BCM4 = 0 and restarts, then send again; or set "   \
      "BCM4 = 0 with a programmer")                                                                \
    X(OPTIONS_SET, -412, "the option bytes were set as asked (BCM4 = 0); the device restarts now", \
      "send the file again once the device answers; nothing of it was written")                    \
    X(CHIP_UNKNOWN, -409, "this chip or its revision is not known to be safe for a bank swap",     \
      "use an STM32H742 to H757 with 2 MB, revision X or V (DESIGN.md, Chips); the firmware runs " \
      "on")                                                                                        \
    X(RUNNING_DAMAGED, -411,                                                                       \
      "a flash word of the running firmware cannot be read, so there would be no way back to it",  \
      "?force=1 updates all the same; should the new firmware fail, only a programmer helps")      \
    X(JOURNAL, -410, "the journal of a bank cannot be written",                                    \
      "reset the board, try again; if it stays, the flash is worn out")                            \
    X(CONFIG_KEY, -501, "there is no configuration key of this name",                              \
      "Config.Get lists the keys of this firmware")                                                \
    X(CONFIG_VALUE, -502, "the value is not of the key's type, or too long",                       \
      "Config.Get shows the present value; texts have at most 255 bytes")                          \
    X(CONFIG_FULL, -503, "there is no room for more configuration changes in flash",               \
      "shorten or reset values; the next firmware update makes room in the journal")               \
    X(NAME_UNKNOWN, -511, "the server's name could not be resolved",                               \
      "check the name, and the DNS server that the network gives")                                 \
    X(CONNECT_REFUSED, -512, "the server refused the connection",                                  \
      "check address and port, and that the server runs")                                          \
    X(CONNECT_TIMEOUT, -513, "the server did not answer in time",                                  \
      "check address, network and firewall")                                                       \
    X(CONNECT_LOST, -514, "the connection to the server was lost",                                 \
      "check the server and the network; what had arrived is kept")                                \
    X(URL_BAD, -521, "the URL is malformed or too long", "give http://HOST[:PORT]/PATH")           \
    X(URL_SCHEME, -522, "the URL's scheme is not served by this firmware",                         \
      "give an http:// address; https:// needs a firmware that is built with TLS")                 \
    X(HTTP_STATUS, -523, "the server answered with an error status",                               \
      "open the URL in a browser; the console shows the status")                                   \
    X(HTTP_REDIRECTS, -524, "the server redirects too often, or to nowhere",                       \
      "give the URL that the redirects end at")                                                    \
    X(HTTP_REPLY, -525, "the server's reply is not valid HTTP, or does not fit the request",       \
      "check that a web server answers at this address")                                           \
    X(SAME_VERSION, -526, "Version is the same as current",                                        \
      "nothing to do; ignore_same_version=0 installs it all the same")                             \
    X(ALREADY_CONFIRMED, -527, "the running firmware is confirmed already",                        \
      "nothing to do; see the status")

enum flota_error {
#define X(name, number, cause, remedy) FLOTA_ERR_##name = (number),
    FLOTA_ERROR_MAP(X)
#undef X
};

struct flota_error_text {
    int number;
    const char *name;   /* "IMAGE_EMPTY" */
    const char *cause;  /* what happened, a clause without full stop */
    const char *remedy; /* what to do, a clause without full stop */
};

/* Look up the words of an error.
 *
 * Returns the table's entry; for a number that is in no row an entry that says so, never NULL. */
const struct flota_error_text *flota_error_text(int number);

#endif
