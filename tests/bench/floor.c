/* The floor: the least that a confirmed keystroke costs, in C on plain Xlib.

   Types standard input (printable ASCII) into the focused window. Each keystroke (Shift down, key down, key up, Shift
   up) leaves in one write together with GetInputFocus; the next is sent when that has been answered and RECORD has
   shown every event of it, in order. Prints the seconds, from the first keystroke to the last confirmation, and the
   number of events. */

#include <X11/Xlib.h>
#include <X11/XKBlib.h>
#include <X11/Xproto.h>
#include <X11/extensions/XTest.h>
#include <X11/extensions/record.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define LONGEST_WAIT_MS 2000

struct event { unsigned char type, keycode; };

static struct event expected[4];
static int expected_count, confirmed, recording;

static void die(const char *reason) {
    fprintf(stderr, "floor: %s\n", reason);
    exit(1);
}

static void take(XPointer unused, XRecordInterceptData *data) {
    (void)unused;
    if (data->category == XRecordStartOfData)
        recording = 1;
    if (data->category == XRecordFromServer) {
        const xEvent *event = (const xEvent *)data->data;
        if (confirmed == expected_count || event->u.u.type != expected[confirmed].type ||
            event->u.u.detail != expected[confirmed].keycode)
            die("another event than the one sent was recorded");
        confirmed++;
    }
    XRecordFreeData(data);
}

static void wait_for(Display *data, const int *value, int wanted) {
    struct pollfd readable = {ConnectionNumber(data), POLLIN, 0};
    for (;;) {
        XRecordProcessReplies(data);
        if (*value == wanted)
            return;
        if (poll(&readable, 1, LONGEST_WAIT_MS) <= 0)
            die("RECORD shows nothing");
    }
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

int main(void) {
    Display *control = XOpenDisplay(NULL), *data = XOpenDisplay(NULL);
    if (!control || !data)
        die("no display");

    unsigned char keycodes[128] = {0}, shifted[128] = {0};
    int least, most;
    XDisplayKeycodes(control, &least, &most);
    for (int level = 1; level >= 0; level--)
        for (int keycode = most; keycode >= least; keycode--) {
            KeySym keysym = XkbKeycodeToKeysym(control, keycode, 0, level);
            if (keysym >= 32 && keysym < 127) {
                keycodes[keysym] = keycode;
                shifted[keysym] = level;
            }
        }
    unsigned char shift = XKeysymToKeycode(control, 0xffe1);

    XRecordRange *range = XRecordAllocRange();
    range->device_events.first = KeyPress;
    range->device_events.last = ButtonRelease;
    XRecordClientSpec everybody = XRecordAllClients;
    XRecordContext context = XRecordCreateContext(control, 0, &everybody, 1, &range, 1);
    XSync(control, False);
    XRecordEnableContextAsync(data, context, take, NULL);
    wait_for(data, &recording, 1);

    Window window, focus;
    int revert_to, character, events = 0;
    XGetInputFocus(control, &window, &revert_to);
    double began = seconds();
    while ((character = getchar()) != EOF) {
        if (character > 127 || !keycodes[character])
            die("a character that is not on the keyboard");
        int count = 0;
        if (shifted[character])
            expected[count++] = (struct event){KeyPress, shift};
        expected[count++] = (struct event){KeyPress, keycodes[character]};
        expected[count++] = (struct event){KeyRelease, keycodes[character]};
        if (shifted[character])
            expected[count++] = (struct event){KeyRelease, shift};
        expected_count = count;
        confirmed = 0;
        for (int i = 0; i < count; i++)
            XTestFakeKeyEvent(control, expected[i].keycode, expected[i].type == KeyPress, CurrentTime);
        XGetInputFocus(control, &focus, &revert_to);
        wait_for(data, &confirmed, count);
        if (focus != window)
            die("the focus moved");
        events += count;
    }
    printf("%.9f %d\n", seconds() - began, events);
    return 0;
}
