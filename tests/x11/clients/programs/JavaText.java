import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.swing.JFrame;
import javax.swing.JTextArea;
import javax.swing.SwingUtilities;
import javax.swing.Timer;

/** A Swing text area. Argument: the path of the socket that the tests listen on (see answers.py). */
public class JavaText {
    private static final Pattern LENGTH = Pattern.compile("\"length\": (\\d+)");
    private static SocketChannel socket;
    private static int due = -1;

    public static void main(String[] arguments) throws Exception {
        socket = SocketChannel.open(StandardProtocolFamily.UNIX);
        socket.connect(UnixDomainSocketAddress.of(arguments[0]));
        SwingUtilities.invokeAndWait(JavaText::show);
        ByteBuffer buffer = ByteBuffer.allocate(65536);
        while (socket.read(buffer) >= 0) {
            String question = new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8);
            if (!question.endsWith("\n")) {
                continue;
            }
            buffer.clear();
            SwingUtilities.invokeLater(() -> answer(question));
        }
        System.exit(0);
    }

    private static JTextArea area;

    private static void show() {
        JFrame frame = new JFrame("Java text");
        area = new JTextArea(20, 40);
        frame.add(area);
        frame.pack();
        frame.setVisible(true);
        say("{\"window\": 0}");
        new Timer(20, event -> giveDue()).start();
    }

    private static void answer(String question) {
        Matcher length = LENGTH.matcher(question);
        if (length.find()) {
            due = Integer.parseInt(length.group(1));
        } else {
            say("{\"received\": " + quoted(area.getText()) + "}");
        }
    }

    private static void giveDue() {
        String text = area.getText();
        if (due >= 0 && text.codePointCount(0, text.length()) >= due) {
            due = -1;
            say("{\"received\": " + quoted(text) + "}");
        }
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char character : text.toCharArray()) {
            quoted.append(String.format("\\u%04x", (int) character));
        }
        return quoted.append('"').toString();
    }

    private static void say(String line) {
        try {
            socket.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.US_ASCII)));
        } catch (java.io.IOException error) {
            System.exit(0);
        }
    }
}
