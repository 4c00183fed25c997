;;; -*- lexical-binding: t; -*-
;; Run in batch with a file: starts eglot with the project's configuration, waits for what the server shows, applies all safe fixes, waits
;; again, saves the file, and prints what was seen as one line of JSON.

(require 'package)
(package-initialize)
(require 'eglot)
(require 'flymake)
(require 'json)

(defun codes ()
  "The rules whose diagnostics are shown."
  (mapcar (lambda (it) (plist-get (cdr (assoc 'eglot-lsp-diag (flymake-diagnostic-data it))) :code))
          (flymake-diagnostics)))

(defun wait-for (what is-there)
  "Waits until IS-THERE; only a server that never answers makes it give up."
  (let ((tries 0))
    (while (not (funcall is-there))
      (when (> (setq tries (1+ tries)) 1200)
        (error "%s: %S" what (codes)))
      ;; What Emacs does when it is idle, which it never is in batch.
      (eglot--signal-textDocument/didChange)
      (accept-process-output nil 0.05)
      (flymake-start))))

(defun drive (configuration file)
  "Opens FILE with CONFIGURATION, and fixes it."
  (load configuration nil t)
  (find-file file)
  (let ((eglot-sync-connect 60))
    (apply #'eglot--connect (eglot--guess-contact)))
  (wait-for "no diagnostics came" (lambda () (member "unknown-capability" (codes))))
  (let* ((before (codes))
         (encoding (plist-get (eglot--capabilities (eglot-current-server)) :positionEncoding))
         (at (list :textDocument (eglot--TextDocumentIdentifier) :position (list :line 2 :character 10)))
         (hover (jsonrpc-request (eglot-current-server) :textDocument/hover at)))
    (eglot-code-actions (point-min) (point-max) "source.fixAll.certsd-lint" t)
    (wait-for "the diagnostics stayed"
              (lambda () (not (or (member "unknown-capability" (codes)) (member "unknown-key" (codes))))))
    (let ((after (codes)))
      (save-buffer)
      (eglot-shutdown (eglot-current-server))
      `((mode . ,(symbol-name major-mode)) (encoding . ,encoding)
        (before . ,(vconcat before)) (after . ,(vconcat after))
        (hover . ,(plist-get (plist-get hover :contents) :value))))))

(let ((file (pop command-line-args-left)) (configuration (pop command-line-args-left)))
  (princ (concat (json-encode (condition-case failure (drive configuration file)
                                (error `((failed . ,(error-message-string failure))))))
                 "\n")))
