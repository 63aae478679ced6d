//! nginx, serving one file from a folder of its own, as a council's web server would.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

pub struct Nginx {
    pub port: u16,
    child: Child,
    _folder: tempfile::TempDir,
}

impl Nginx {
    pub fn serve(page: &[u8]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().display();
        std::fs::write(folder.path().join("page"), page).expect("a page");
        let port = free_port();
        let settings = format!(
            "daemon off; worker_processes 2; pid {root}/pid; error_log {root}/error.log;\n\
             events {{ worker_connections 512; }}\n\
             http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000;\n\
             open_file_cache max=16; client_body_temp_path {root}/a; proxy_temp_path {root}/b;\n\
             fastcgi_temp_path {root}/c; uwsgi_temp_path {root}/d; scgi_temp_path {root}/e;\n\
             server {{ listen 127.0.0.1:{port}; root {root}; default_type text/html; }} }}\n"
        );
        let file = folder.path().join("nginx.conf");
        std::fs::write(&file, settings).expect("a file");
        let child = Command::new("nginx").arg("-c").arg(&file).stderr(Stdio::null()).spawn();
        let child = child.expect("nginx is installed");
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            std::thread::yield_now();
        }
        Self { port, child, _folder: folder }
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let id = self.child.id().to_string();
        // The master takes its workers with it when it is asked, and not when it is killed.
        let asked = Command::new("kill").arg(id).status();
        if asked.is_err() || self.child.wait().is_err() {
            println!("nginx is still running");
        }
    }
}

pub fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("an address").port()
}
