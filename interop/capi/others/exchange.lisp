;;; SPDX-License-Identifier: Apache-2.0

;;; Requests and replies from several threads of SBCL, whose collector stops them
;;; with a signal all the time. Its handlers need the stack of the thread.

(sb-alien:load-shared-object (second sb-ext:*posix-argv*))

(defmacro zmq (result name &rest arguments)
  "Calls a function of the library; arguments are (type value)."
  `(sb-alien:alien-funcall
    (sb-alien:extern-alien ,name (function ,result ,@(mapcar #'first arguments)))
    ,@(mapcar #'second arguments)))

(defconstant +req+ 3)
(defconstant +rep+ 4)
(defconstant +eintr+ 4)

(defun again (call)
  "Makes a call until no signal ends it, and returns its result."
  (loop for result = (funcall call)
        unless (and (minusp result) (= +eintr+ (zmq sb-alien:int "zmq_errno")))
          return result))

(defun send (socket text)
  (sb-alien:with-alien ((bytes (array (sb-alien:unsigned 8) 64)))
    (dotimes (i (length text)) (setf (sb-alien:deref bytes i) (char-code (char text i))))
    (let ((sent (again (lambda ()
                         (zmq sb-alien:int "zmq_send" (sb-sys:system-area-pointer socket)
                              (sb-sys:system-area-pointer (sb-alien:alien-sap bytes))
                              (sb-alien:unsigned-long (length text)) (sb-alien:int 0))))))
      (unless (= sent (length text)) (error "sent ~a of ~a" sent text)))))

(defun receive (socket)
  (sb-alien:with-alien ((bytes (array (sb-alien:unsigned 8) 64)))
    (let* ((size (again (lambda ()
                          (zmq sb-alien:int "zmq_recv" (sb-sys:system-area-pointer socket)
                               (sb-sys:system-area-pointer (sb-alien:alien-sap bytes))
                               (sb-alien:unsigned-long 64) (sb-alien:int 0)))))
           (text (make-string (if (minusp size) (error "received ~a" size) size))))
      (dotimes (i size text) (setf (char text i) (code-char (sb-alien:deref bytes i)))))))

(defun open-socket (context type)
  (zmq sb-sys:system-area-pointer "zmq_socket" (sb-sys:system-area-pointer context) (sb-alien:int type)))

(defun at-endpoint (socket call endpoint)
  (unless (zerop (if (eq call :bind)
                     (zmq sb-alien:int "zmq_bind" (sb-sys:system-area-pointer socket) (sb-alien:c-string endpoint))
                     (zmq sb-alien:int "zmq_connect" (sb-sys:system-area-pointer socket) (sb-alien:c-string endpoint))))
    (error "~a ~a" call endpoint)))

(defun last-endpoint (socket)
  (sb-alien:with-alien ((text (array sb-alien:char 256)) (size sb-alien:unsigned-long 256))
    (zmq sb-alien:int "zmq_getsockopt" (sb-sys:system-area-pointer socket) (sb-alien:int 32)
         (sb-sys:system-area-pointer (sb-alien:alien-sap text))
         (sb-sys:system-area-pointer (sb-alien:alien-sap (sb-alien:addr size))))
    (coerce (loop for i below (1- size) collect (code-char (sb-alien:deref text i))) 'string)))

(defparameter *rounds* 1000)

(defun server (socket)
  (loop repeat *rounds* do (send socket (format nil "re ~a" (receive socket))))
  (zmq sb-alien:int "zmq_close" (sb-sys:system-area-pointer socket)))

(defun client (context endpoint)
  (let ((socket (open-socket context +req+)))
    (at-endpoint socket :connect endpoint)
    (dotimes (i *rounds*)
      (send socket (princ-to-string i))
      (let ((reply (receive socket)))
        (unless (string= reply (format nil "re ~a" i)) (error "~s is no reply to ~a" reply i))))
    (zmq sb-alien:int "zmq_close" (sb-sys:system-area-pointer socket))))

(defun main ()
  (let* ((context (zmq sb-sys:system-area-pointer "zmq_ctx_new"))
         (threads (loop repeat 3
                        for socket = (open-socket context +rep+)
                        do (at-endpoint socket :bind "tcp://127.0.0.1:*")
                        collect (let ((socket socket))
                                  (sb-thread:make-thread (lambda () (server socket))))
                        collect (let ((endpoint (last-endpoint socket)))
                                  (sb-thread:make-thread (lambda () (client context endpoint))))))
         (collections 0))
    (loop while (some #'sb-thread:thread-alive-p threads)
          do (sb-ext:gc :full (zerop (mod (incf collections) 10)))
             (make-list 10000))
    (mapc #'sb-thread:join-thread threads)
    (zmq sb-alien:int "zmq_ctx_term" (sb-sys:system-area-pointer context))
    (format t "some collections: ~a~%as expected~%" (plusp collections))))

(main)
