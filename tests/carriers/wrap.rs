//! A hosts.toml put into carriers, and where each of its bytes is then.

/// A text in a carrier.
pub struct Wrapped {
    /// What the carrier is called.
    pub path: &'static str,
    /// The carrier.
    pub text: String,
    /// Where each byte of the text is in the carrier, and its end.
    pub map: Vec<usize>,
    /// Each byte of the text is one of the carrier.
    pub is_exact: bool,
}

struct Writer {
    text: String,
    map: Vec<usize>,
}

impl Writer {
    fn new(head: &str) -> Writer {
        Writer {
            text: head.to_owned(),
            map: Vec::new(),
        }
    }

    /// A character of the inner text, spelled so.
    fn put(&mut self, char: char, spelled: &str) {
        for _ in 0..char.len_utf8() {
            self.map.push(self.text.len());
        }
        if char.len_utf8() == spelled.len() {
            let first = self.map.len() - char.len_utf8();
            for (index, at) in self.map[first..].iter_mut().enumerate() {
                *at += index;
            }
        }
        self.text.push_str(spelled);
    }

    /// The lines of a text, each behind this prefix unless it is empty.
    fn lines(&mut self, inner: &str, prefix: &str) {
        for line in inner.split_inclusive('\n') {
            if !line.trim_end_matches('\n').is_empty() {
                self.text.push_str(prefix);
            }
            for char in line.chars() {
                self.put(char, char.encode_utf8(&mut [0; 4]));
            }
        }
    }

    fn finish(mut self, path: &'static str, tail: &str, is_exact: bool) -> Wrapped {
        self.map.push(self.text.len());
        self.text.push_str(tail);
        Wrapped {
            path,
            text: self.text,
            map: self.map,
            is_exact,
        }
    }
}

const TARGET: &str = "/etc/containerd/certs.d/docker.io/hosts.toml";

/// A text, which ends with a line break and does not begin with a blank, in every kind of carrier; `depth` chooses the indentation.
pub fn all(inner: &str, depth: usize) -> Vec<Wrapped> {
    let blanks = " ".repeat(depth + 1);
    let mut all = Vec::new();

    let mut writer = Writer::new(&format!("#!/bin/sh\nset -e\ncat > {TARGET} <<'EOF'\n"));
    writer.lines(inner, "");
    all.push(writer.finish("a.sh", "EOF\n", true));

    let mut writer = Writer::new(&format!(
        "#!/bin/sh\nf() {{\n\tcat <<-'E' | sudo tee \"{TARGET}\" >/dev/null\n"
    ));
    writer.lines(inner, &"\t".repeat(depth + 1));
    all.push(writer.finish("b.sh", "\tE\n}\n", true));

    let mut writer = Writer::new(&format!(
        "#cloud-config\nwrite_files:\n  - path: {TARGET}\n    content: |{}\n",
        if depth.is_multiple_of(2) { "" } else { "-" }
    ));
    writer.lines(inner, &format!("    {blanks}"));
    all.push(writer.finish("user-data", "runcmd: [x]\n", true));

    let mut writer = Writer::new(&format!(
        "- hosts: all\n  tasks:\n    - copy:\n        dest: {TARGET}\n        content: |\n"
    ));
    writer.lines(inner, &format!("        {blanks}"));
    all.push(writer.finish("play.yml", "", true));

    let mut writer = Writer::new(&format!(
        "spec:\n  args:\n  - sh\n  - |\n   {blanks}cat > /host{TARGET} <<'EOF'\n"
    ));
    writer.lines(inner, &format!("   {blanks}"));
    all.push(writer.finish("pod.yaml", &format!("   {blanks}EOF\n"), true));

    let mut writer = Writer::new(&format!(
        "resource \"x\" \"y\" {{\n  filename = \"{TARGET}\"\n  content = <<-EOT\n"
    ));
    writer.lines(inner, &blanks);
    all.push(writer.finish("m.tf", "  EOT\n}\n", true));

    let mut writer = Writer::new(&format!("FROM x\nCOPY <<EOF {TARGET}\n"));
    writer.lines(inner, "");
    all.push(writer.finish("Dockerfile", "EOF\nRUN true\n", true));

    let mut writer = Writer::new(&format!("files:\n- path: {TARGET}\n  content: \""));
    for char in inner.chars() {
        match char {
            '\n' => writer.put(char, "\\n"),
            '"' => writer.put(char, "\\\""),
            '\\' => writer.put(char, "\\\\"),
            other => writer.put(other, other.encode_utf8(&mut [0; 4])),
        }
    }
    all.push(writer.finish("quoted.yaml", "\"\n", false));

    let mut writer = Writer::new(&format!(
        "#!/bin/bash\ndocker exec n sh -c \"cat > {TARGET} <<'EOF'\n"
    ));
    for char in inner.chars() {
        match char {
            '"' => writer.put(char, "\\\""),
            '\\' => writer.put(char, "\\\\"),
            other => writer.put(other, other.encode_utf8(&mut [0; 4])),
        }
    }
    all.push(writer.finish("c.sh", "EOF\"\n", false));

    let mut writer = Writer::new("#!/bin/sh\n");
    for (index, line) in inner.split_inclusive('\n').enumerate() {
        writer.text.push_str("echo '");
        for char in line.trim_end_matches('\n').chars() {
            match char {
                '\'' => writer.put(char, "'\\''"),
                other => writer.put(other, other.encode_utf8(&mut [0; 4])),
            }
        }
        let sign = if index == 0 { ">" } else { ">>" };
        writer.put('\n', "'");
        writer.text.push_str(&format!(" {sign} {TARGET}\n"));
    }
    all.push(writer.finish("d.sh", "", false));
    all
}
